import { createPackage, nextSteps, type PackagePlan } from 'create-virtualchain';
import { print } from '../output.ts';

/** `vchain create <folder>` @throws PackageNameInvalid, CreateRefused */
export async function create(plan: PackagePlan, { json = false }: { readonly json?: boolean }): Promise<void> {
  const created = await createPackage(plan);
  if (json) print(JSON.stringify(created));
  else for (const line of nextSteps(created)) print(line);
}
