/** Unless told; what boards with "tls" take, too. */
export const TLS_PORT = 9443;
