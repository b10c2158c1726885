/** Tests wait for a busy machine: nobody fails for being slow. A file that needs longer says so itself. */
jest.setTimeout(300_000);
