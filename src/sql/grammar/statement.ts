/** Statements that can be planned: each is a start rule of its own, chosen by the statement's first word. */
export const statementRules = `
  queryStatement = query
  statement = insertStatement | queryStatement

  insertStatement = "INSERT" ("INTO" | "OVERWRITE") insertTarget hints? partition? insertColumns? partition? insertColumns? query onConflict?
  insertTarget = path | string
  insertColumns = "(" insertColumn ("," insertColumn)* ")"
  insertColumn = path type?
  onConflict = "ON" "CONFLICT" "DO" ("NOTHING" | "ERROR" | "DEDUPLICATE")
  partition = "PARTITION" "(" partitionPair ("," partitionPair)* ")"
  partitionPair = name "=" partitionValue
  partitionValue = signedNumber | string | constant | datetime
  signedNumber = sign? number

  createStatement = createTable | createView | createFunction | createOther
  createWord = "CREATE" orReplace?
  orReplace = "OR" "REPLACE"
  temporary = "TEMPORARY"
  ifNotExists = "IF" "NOT" "EXISTS"
  ifExists = "IF" "EXISTS"
  comment = "COMMENT" string
  withOptions = "WITH" options
  options = "(" optionPairs? ")"
  optionPairs = optionPair ("," optionPair)*
  optionPair = optionKey "=" optionValue
  optionKey = string
  optionValue = string

  createTable = createWord temporary? "TABLE" ifNotExists? path tableElements? tableClause* tableEnd?
  replaceTable = "REPLACE" temporary? "TABLE" ifNotExists? path replaceElements? replaceClause* asQuery
  replaceElements = tableElements
  replaceClause = comment | partitionedBy | distributedBy | withOptions
  tableElements = "(" (nameList | elementList) ")"
  nameList = bareColumn ("," bareColumn)* &")"
  bareColumn = name
  elementList = tableElement ("," tableElement)*
  tableElement = watermark | tableConstraint | column
  watermark = "WATERMARK" "FOR" path "AS" expression
  tableConstraint = constraintName? (primaryKeyColumns | uniqueColumns)
  constraintName = "CONSTRAINT" name
  primaryKeyColumns = "PRIMARY" "KEY" columnNames enforcement?
  uniqueColumns = "UNIQUE" columnNames enforcement?
  enforcement = enforced | notEnforced
  enforced = "ENFORCED"
  notEnforced = "NOT" "ENFORCED"
  column = path columnBody comment?
  columnBody = computed | metadata | physical
  computed = "AS" expression
  metadata = type "METADATA" metadataFrom? virtual?
  metadataFrom = "FROM" string
  virtual = "VIRTUAL"
  physical = type columnConstraint*
  columnConstraint = constraintName? (columnKey | columnUnique)
  columnKey = "PRIMARY" "KEY" enforcement?
  columnUnique = "UNIQUE" enforcement?
  tableClause = comment | partitionedBy | distributedBy | usingConnection | withOptions
  partitionedBy = "PARTITIONED" "BY" columnNames
  distributedBy = "DISTRIBUTED" distributionBody
  distributionBody = byColumns | intoBuckets
  byColumns = "BY" distributionMethod? columnNames intoBuckets?
  distributionMethod = "HASH" | "RANGE"
  intoBuckets = "INTO" number "BUCKETS"
  usingConnection = "USING" "CONNECTION" path
  tableEnd = likeTable | asQuery
  likeTable = "LIKE" path likeRules?
  likeRules = "(" likeRule+ ")"
  likeRule = ("INCLUDING" | "EXCLUDING" | "OVERWRITING") ("ALL" | "CONSTRAINTS" | "DISTRIBUTION" | "GENERATED" | "METADATA" | "OPTIONS" | "PARTITIONS" | "WATERMARKS")
  asQuery = "AS" query

  createView = createWord temporary? "VIEW" ifNotExists? path viewColumns? comment? "AS" query
  viewColumns = "(" viewColumn ("," viewColumn)* ")"
  viewColumn = name comment?

  createFunction = createWord functionScope? "FUNCTION" ifNotExists? path "AS" className language? usingResources?
  functionScope = temporarySystem | temporary
  temporarySystem = "TEMPORARY" "SYSTEM"
  className = string
  language = "LANGUAGE" ("JAVA" | "SCALA" | "PYTHON" | name)
  usingResources = "USING" resource ("," resource)*
  resource = ("JAR" | "ARTIFACT") string

  dropStatement = dropPlain | dropOther
  dropPlain = "DROP" functionScope? ("TABLE" | "VIEW" | "FUNCTION") ifExists? path

  setStatement = "SET" setting?
  setting = quotedSetting | plainSetting
  quotedSetting = optionKey "=" optionValue
  plainSetting = plainKey "=" plainValue
  plainKey = plainKeyPart+
  plainKeyPart = ~"=" any
  plainValue = any+
  resetStatement = "RESET" resetKey?
  resetKey = string | plainKey

  explainStatement = "EXPLAIN" explainDetails? "EXECUTE"? explained
  explainDetails = explainPlan | explainList
  explainPlan = "PLAN" planOption* "FOR"
  planOption = planAs | planWith
  planAs = "AS" ("XML" | "JSON" | "DOT")
  planWith = ("INCLUDING" | "EXCLUDING" | "WITH") ("ALL"? "ATTRIBUTES" | "TYPE" "<never>"? | "IMPLEMENTATION" "<never>"?)
  explainList = explainDetail ("," explainDetail)*
  explainDetail = "ESTIMATED_COST" | "CHANGELOG_MODE" | "JSON_EXECUTION_PLAN" | "PLAN_ADVICE"
  explained = insertStatement | createTable | queryStatement

  executeStatement = "EXECUTE" (insertStatement | queryStatement | executePlan)
  executePlan = "PLAN" string
  describeStatement = ("DESCRIBE" | "DESC") (describeOther | describeTable)
  describeTable = "EXTENDED"? path describedColumn?
  describedColumn = name
`;
