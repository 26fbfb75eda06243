import type {Problem, SourceText} from '../base/problem.ts';
import type {Script} from '../sql/ast.ts';

/** Comments above a statement that are meant to declare metrics and alerts. */
const declaration = /^--\s*@(metric|alert)\b/;

/** Warnings for declarations of metrics and of alerts, which have no effect: nobody shall wait for an alert that never comes. */
export function metricComments(source: SourceText, script: Script): readonly Problem[] {
  return script.statements.flatMap(({statement, comments}) => {
    // They stand directly before the statement, in order.
    let end = statement.span.start;
    return comments
      .toReversed()
      .flatMap((comment): Problem[] => {
        const start = source.text.lastIndexOf(comment, end - 1);
        if (start !== -1) end = start;
        const [, kind] = declaration.exec(comment) ?? [];
        if (kind === undefined || start === -1) return [];
        return [
          {
            kind: 'invalid',
            severity: 'warning',
            code: 'no-effect',
            message: `a comment cannot declare ${kind === 'alert' ? 'an alert' : 'a metric'} yet: it has no effect`,
            hint:
              kind === 'alert'
                ? 'let Prometheus watch /metrics (weir run --http), and have its rules alert'
                : 'weir run --http serves the metrics of every job',
            place: {kind: 'text', source, span: {start, end: start + comment.trimEnd().length}},
          },
        ];
      })
      .toReversed();
  });
}
