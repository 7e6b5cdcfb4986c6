import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here('.'),
  // Flask serves the result; Vite's own server is never used.
  base: '/static/dist/',
  publicDir: false,
  build: {
    outDir: here('../tasks_ui/static/dist'),
    emptyOutDir: true,
    manifest: true,
    // The notices of every bundled package travel with the bundle.
    license: { fileName: 'licenses.md' },
    // Terminals in offices still run Chromium 90.
    target: ['chrome90', 'edge90', 'firefox91', 'safari15'],
    // No data: URLs beyond what the policy allows, and no polyfill that Chrome 66 already made needless.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { pages: here('src/pages.js'), diagram: here('src/diagram.js') },
    },
  },
});
