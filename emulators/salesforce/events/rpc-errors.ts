import { Metadata, status, type StatusObject } from '@grpc/grpc-js';

/**
 * What the Pub/Sub API says no with: a gRPC status, and in the trailers a code of its own [D Pub/Sub API, handle errors]. The codes are the
 * documentation's; texts and statuses carry their source where one was found, the others are guessed.
 */
export class RpcError extends Error {
  readonly status: status;
  readonly errorCode: string;

  constructor(code: status, errorCode: string, message: string) {
    super(message);
    this.name = 'RpcError';
    this.status = code;
    this.errorCode = `sfdc.platform.eventbus.grpc.${errorCode}`;
  }

  /** "An RPC ID that the Pub/Sub API appends to the error message after the rpcId: prefix" [D the same]. */
  told(rpcId: string): Partial<StatusObject> {
    const metadata = new Metadata();
    metadata.set('error-code', this.errorCode);
    metadata.set('rpc-id', rpcId); // the trailer's name is guessed
    return { code: this.status, details: `${this.message} rpcId: ${rpcId}`, metadata };
  }
}

/** [C pozil/pub-sub-api-java-client#3, status and text] */
export const authError = () =>
  new RpcError(
    status.UNAUTHENTICATED,
    'service.auth.error',
    'An authentication exception occurred. Provide valid authentication via metadata headers.',
  );
export const authHeadersInvalid = (header: string) =>
  new RpcError(status.UNAUTHENTICATED, 'service.auth.headers.invalid', `The ${header} authentication header is invalid or blank.`);
export const serviceUnavailable = () => new RpcError(status.UNAVAILABLE, 'service.unavailable', 'The Pub/Sub API service is unavailable.');

export const topicEmpty = () => new RpcError(status.INVALID_ARGUMENT, 'topic.validation.empty', "The topic name can't be blank.");
/** [C pozil/pub-sub-api-java-client#2, status and text] */
export const topicNotFound = (tenant: string, topic: string) =>
  new RpcError(
    status.NOT_FOUND,
    'topic.not.found',
    `The topic information for org ${tenant} and topic ${topic} not found. Ensure the topic name is correct and that the topic exists.`,
  );
export const topicForbidden = (topic: string) =>
  new RpcError(
    status.PERMISSION_DENIED,
    'subscription.topic.cannot.subscribe',
    `You don't have permission to subscribe to the topic ${topic}.`,
  );
/** [C pozil/pub-sub-api-node-client#34, status and text] */
export const schemaIdBlank = () =>
  new RpcError(status.INVALID_ARGUMENT, 'schema.validation.failed', "Schema validation failed. The schema ID can't be blank.");
export const schemaUnknown = (tenant: string, id: string) =>
  new RpcError(
    status.NOT_FOUND,
    'schema.meta.permission',
    `An error occurred while getting the schema for org ${tenant} and schema ID ${id}. Ensure the credentials and schema ID are correct.`,
  );

/** [D handle errors, the error's description; C handle errors, an example with the status] */
export const replayIdCorrupted = () =>
  new RpcError(
    status.INVALID_ARGUMENT,
    'subscription.fetch.replayid.corrupted',
    'The Replay ID validation failed. Ensure that the replay_id field value in FetchRequest is valid and refers to an event that is within the retention window.',
  );
export const replayIdMissing = () =>
  new RpcError(
    status.INVALID_ARGUMENT,
    'subscription.fetch.replayid.validation.failed',
    'The Replay ID validation failed. Ensure that replay_id in FetchRequest is provided when replay_preset is CUSTOM.',
  );
export const requestedInvalid = () =>
  new RpcError(
    status.INVALID_ARGUMENT,
    'subscription.fetch.requested.events.invalid',
    'The number of requested events must be greater than zero.',
  );
export const topicMismatch = () =>
  new RpcError(
    status.INVALID_ARGUMENT,
    'subscription.fetch.topic.mismatch',
    'The topic name in the FetchRequest does not match the topic name in the first FetchRequest.',
  );
/** [D platform events allocations, the text; its status guessed] */
export const deliveriesExceeded = () =>
  new RpcError(status.RESOURCE_EXHAUSTED, 'subscription.limit.exceeded', 'You have exceeded the event delivery limit for your org.');

/** What the stand-in cannot do it says it cannot do. */
export const notHere = (what: string) =>
  new RpcError(status.UNIMPLEMENTED, 'stand.in.cannot', `The stand-in org does not do this: ${what}. See docs/reference/org.md`);
