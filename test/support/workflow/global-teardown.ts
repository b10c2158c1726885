export { stopSharedServer as default } from './global-setup';
