import {expressionRules} from './grammar/expression.ts';
import {otherStatementRules} from './grammar/other-statement.ts';
import {queryRules} from './grammar/query.ts';
import {statementRules} from './grammar/statement.ts';
import {typeRules} from './grammar/type.ts';

/**
 * The grammar of Flink SQL in ohm's notation. It does not match characters but the token string that the lexer makes, in which every token is one
 * character: so every terminal here is a whole token (`"SELECT"`, `"<="`), and a terminal in angle brackets is a class of tokens:
 * `"<name>"` any word that may be a name, `"<word>"` any word at all, `"<string>"`, `"<number>"`, … `make-recipe.ts` puts the characters in their place.
 *
 * All rules are lexical (they begin with a small letter): there is no white space between tokens to skip. Binary operators are a flat list here; the
 * builder of the tree knows which binds tighter, because twenty nested rules per operand are what makes such grammars slow.
 * Alternatives are ordered: a longer form stands before a shorter one that begins alike.
 */
export const grammarText = `Sql {
${statementRules}
${queryRules}
${expressionRules}
${typeRules}
${otherStatementRules}
}`;
