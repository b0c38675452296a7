import { render } from 'preact';
import { NavigationProvider } from './address/navigation.tsx';
import { App } from './app.tsx';

const root = document.querySelector('#page');
if (root !== null) {
  root.replaceChildren(); // the shell that was shown meanwhile
  render(
    <NavigationProvider>
      <App />
    </NavigationProvider>,
    root,
  );
}
