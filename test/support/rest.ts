/** Plain JSON over HTTP, so that a test of our client does not rely on our client. */
export { Rest, RestError, type RestTarget } from '../../local/clusters/rest';
