/** The part of `pg` that is used here. */
declare module 'pg' {
  class Client {
    constructor(config: { connectionString: string; connectionTimeoutMillis: number });
    on(event: 'error', listener: (error: Error) => void): this;
    connect(): Promise<void>;
    query(sql: string): Promise<unknown>;
    end(): Promise<void>;
  }
  namespace pg {
    export { Client };
    export function escapeIdentifier(name: string): string;
  }
  export default pg;
}
