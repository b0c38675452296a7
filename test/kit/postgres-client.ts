import { MikroORM } from '@mikro-orm/postgresql';

/** Plain SQL on a database, as an operator at a prompt would type it. */
export class Client implements AsyncDisposable {
  readonly #orm: MikroORM;

  private constructor(orm: MikroORM) {
    this.#orm = orm;
  }

  static async connect(url: string): Promise<Client> {
    const orm = await MikroORM.init({
      entities: [],
      clientUrl: url,
      discovery: { warnWhenNoEntities: false },
      pool: { min: 0, max: 1 },
    });
    return new Client(orm);
  }

  async rows(sql: string): Promise<readonly Record<string, unknown>[]> {
    return (await this.#orm.em.fork().execute(sql)) as readonly Record<string, unknown>[];
  }

  async close(): Promise<void> {
    await this.#orm.close(true);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
