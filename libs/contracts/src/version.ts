/** Version of janus-mesh, as every service and the command report it. */
export const VERSION = '0.1.0';
