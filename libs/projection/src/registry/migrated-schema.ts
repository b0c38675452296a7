/** One step of a schema's history: it is never changed once it was released. */
export interface SchemaMigration {
  /** Steps are taken in the order of the list, each once, by its name. */
  readonly name: string;
  readonly statements: readonly string[];
}

/** A schema whose tables are altered as versions go by, unlike those of a build. */
export interface MigratedSchema {
  readonly name: string;
  readonly migrations: readonly SchemaMigration[];
}
