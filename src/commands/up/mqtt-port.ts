/** Unless told; IANA's for MQTT, and for MQTT over TLS. */
export const MQTT_PORT = 1883;
export const MQTT_TLS_PORT = 8883;
