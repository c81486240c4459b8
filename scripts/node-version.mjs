// Imported first by every command, so that an old Node is met with a sentence and not with a syntax error.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const supported = (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22;

if (!supported) {
  console.error(
    'This project needs Node.js 20.19 or newer (22.12 or newer of the 22 series). This is Node.js ' +
      process.versions.node +
      '. Install a newer one from https://nodejs.org and run the same command again.',
  );
  process.exit(1);
}
