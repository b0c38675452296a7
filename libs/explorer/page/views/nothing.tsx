import { Title } from '../parts/panel.tsx';

export function NothingHere({ what = 'address' }: { readonly what?: string }) {
  return (
    <>
      <Title text="Nothing here" />
      <p>
        There is no such {what}. <a href="/">All chains and machines</a>, or the search above.
      </p>
    </>
  );
}
