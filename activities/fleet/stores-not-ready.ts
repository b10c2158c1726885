/** The stores have not been filled yet: nothing can be decided from them. */
export class StoresNotReady extends Error {
  override readonly name = 'StoresNotReady';
}
