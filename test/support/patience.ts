/** Tests that start processes wait for a busy machine; a file that needs longer says so itself. */
jest.setTimeout(60_000);
