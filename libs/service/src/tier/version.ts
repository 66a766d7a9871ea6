/** Version of janus-mesh, as every tier reports it. */
export const VERSION = '0.1.0';
