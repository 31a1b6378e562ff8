// The engine reads the port from the first line of stdout, so nothing else may ever be written there.
console.log = console.error;
console.info = console.error;
console.debug = console.error;
