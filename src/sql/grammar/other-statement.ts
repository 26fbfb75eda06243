/** Statements that are never planned here. They are read to their end so that nonsense is still told, and refused by name. */
export const otherStatementRules = `
  optionKeys = "(" keyList? ")"
  keyList = string ("," string)*
  like = "NOT"? ("LIKE" | "ILIKE") string
  fromPath = ("FROM" | "IN") path
  renameTo = "RENAME" "TO" path

  createOther = createDatabase | createCatalog | createModel | createConnection | createMaterialized
  createDatabase = "CREATE" "DATABASE" ifNotExists? path comment? withOptions?
  createCatalog = "CREATE" "CATALOG" ifNotExists? name comment? withOptions?
  createModel = createWord temporary? "MODEL" ifNotExists? path modelColumns* comment? withOptions asQuery?
  modelColumns = ("INPUT" | "OUTPUT") tableElements
  createConnection = createWord functionScope? "CONNECTION" ifNotExists? path comment? withOptions
  createMaterialized = "CREATE" orAlter? "MATERIALIZED" "TABLE" ifNotExists? path tableElements? materializedClause* asQuery
  orAlter = "OR" "ALTER"
  materializedClause = tableClause | freshness | refreshMode | startMode
  freshness = "FRESHNESS" "=" freshnessInterval
  freshnessInterval = "INTERVAL" string unitPlural
  refreshMode = "REFRESH_MODE" "=" ("FULL" | "CONTINUOUS")
  startMode = "START_MODE" "=" path balanced?

  dropOther = dropCatalogOrDatabase | dropModel | dropConnection | dropMaterialized
  dropCatalogOrDatabase = "DROP" ("CATALOG" | "DATABASE") ifExists? path ("RESTRICT" | "CASCADE")?
  dropModel = "DROP" temporary? "MODEL" ifExists? path
  dropConnection = "DROP" functionScope? "CONNECTION" ifExists? path
  dropMaterialized = "DROP" "MATERIALIZED" "TABLE" ifExists? path

  alterStatement = "ALTER" altered
  altered = alterSystem | alterCatalog | alterDatabase | alterFunction | alterView | alterModel | alterConnection | alterMaterialized | alterTable
  alterSystem = ("SYSTEM" | "SESSION") "SET" path "=" systemValue
  systemValue = signedNumber | string | constant | "ON" | name
  alterCatalog = "CATALOG" path (setOptions | resetOptions | comment)
  alterDatabase = "DATABASE" path setOptions
  alterFunction = functionScope? "FUNCTION" ifExists? path "AS" string language?
  alterView = "VIEW" path (renameTo | asQuery)
  alterModel = "MODEL" ifExists? path (setOptions | resetOptions | renameTo)
  alterConnection = functionScope? "CONNECTION" ifExists? path (setOptions | resetOptions | renameTo)
  alterTable = "TABLE" ifExists? path alterAction
  alterAction = renameTo | renameColumn | setOptions | resetOptions | addPartitions | dropPartitions | addOrModify | dropPart
  setOptions = "SET" options
  resetOptions = "RESET" optionKeys
  renameColumn = "RENAME" path "TO" path
  addPartitions = "ADD" ifNotExists? partitionWith+
  partitionWith = partition withOptions?
  dropPartitions = "DROP" ifExists? partition ("," partition)*
  addOrModify = ("ADD" | "MODIFY") (changedDistribution | changedElement | changedElements)
  changedDistribution = "DISTRIBUTION" distributionBody
  changedElements = "(" changedElement ("," changedElement)* ")"
  changedElement = watermark | tableConstraint | changedColumn
  changedColumn = column columnPlace?
  columnPlace = "FIRST" | columnAfter
  columnAfter = "AFTER" path
  dropPart = "DROP" (dropConstraint | dropKey | dropWatermark | dropDistribution | dropColumns | path)
  dropConstraint = "CONSTRAINT" name
  dropKey = "PRIMARY" "KEY"
  dropWatermark = "WATERMARK"
  dropDistribution = "DISTRIBUTION"
  dropColumns = "(" path ("," path)* ")"
  alterMaterialized = "MATERIALIZED" "TABLE" path (suspend | resume | refresh | setMode | setFreshness | setOptions | resetOptions | asQuery | addOrModify | dropPart)
  suspend = "SUSPEND"
  resume = "RESUME" withOptions?
  refresh = "REFRESH" partition?
  setMode = "SET" refreshMode
  setFreshness = "SET" freshness

  showStatement = "SHOW" shown
  shown = showCreate | showCurrent | showModules | showFunctions | showTables | showCatalogs | showProcedures | showColumns | showPartitions | showMaterialized | showPlain
  showCatalogs = "CATALOGS" like?
  showTables = ("DATABASES" | "TABLES" | "VIEWS" | "MODELS" | "CONNECTIONS") fromPath? like?
  showMaterialized = "MATERIALIZED" "TABLES" fromPath? like?
  showFunctions = "USER"? "FUNCTIONS" fromPath? like?
  showProcedures = "PROCEDURES" fromPath? like?
  showColumns = "COLUMNS" fromPath like?
  showPartitions = "PARTITIONS" path partition?
  showCurrent = "CURRENT" ("CATALOG" | "DATABASE")
  showModules = "FULL"? "MODULES"
  showPlain = "JARS" | "JOBS"
  showCreate = "CREATE" createdThing path
  createdThing = createdMaterialized | "TABLE" | "VIEW" | "MODEL" | "CATALOG" | "CONNECTION"
  createdMaterialized = orAlter? "MATERIALIZED" "TABLE"

  describeOther = describeWord | describeNamed | describeJob | describeQuery | describeStatementQuery
  describeWord = "TABLE" path name?
  describeQuery = insertStatement | queryStatement
  describeStatementQuery = "STATEMENT" describeQuery
  describeNamed = ("CATALOG" | "DATABASE" | "FUNCTION" | "MODEL" | "CONNECTION") "EXTENDED"? path
  describeJob = "JOB" string
  useStatement = "USE" (useModules | useCatalog | path)
  useModules = "MODULES" names
  useCatalog = "CATALOG" name
  loadStatement = ("LOAD" | "UNLOAD") "MODULE" name withOptions?
  jarStatement = ("ADD" | "REMOVE") "JAR" string
  compileStatement = "COMPILE" andExecute? "PLAN" string ifNotExists? "FOR" (insertStatement | queryStatement)
  andExecute = "AND" "EXECUTE"
  analyzeStatement = "ANALYZE" "TABLE" path partitionSpec? "COMPUTE" "STATISTICS" forColumns?
  partitionSpec = "PARTITION" "(" partitionItem ("," partitionItem)* ")"
  partitionItem = name partitionItemValue?
  partitionItemValue = "=" partitionValue
  forColumns = "FOR" (someColumns | allColumns)
  someColumns = "COLUMNS" names
  allColumns = "ALL" "COLUMNS"
  stopStatement = "STOP" "JOB" string withSavepoint?
  withSavepoint = "WITH" "SAVEPOINT" withDrain?
  withDrain = "WITH" "DRAIN"
  truncateStatement = "TRUNCATE" "TABLE" path
  endStatement = "END"
  callStatement = "CALL" path arguments
  deleteStatement = "DELETE" "FROM" path hints? alias? where?
  updateStatement = "UPDATE" path columnsWithTypes? hints? alias? "SET" assignment ("," assignment)* where?
  assignment = path "=" expression
  upsertStatement = "UPSERT" "INTO" path insertColumns? query
  mergeStatement = "MERGE" "INTO" path alias? "USING" tableFactor on mergeWhen+
  mergeWhen = "WHEN" "NOT"? "MATCHED" "THEN" (mergeUpdate | mergeInsert)
  mergeUpdate = "UPDATE" "SET" assignment ("," assignment)*
  mergeInsert = "INSERT" insertColumns? mergeValues
  mergeValues = values | mergeValuesNested
  mergeValuesNested = "(" values ")"
`;
