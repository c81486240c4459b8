import { ApiExtension } from '@nestjs/swagger';

export const BODY_EXAMPLE = 'x-body-example';

/**
 * What the API documentation shows as the body of this route, where one put together of examples of its fields would be
 * refused: of fields that exclude each other, for instance.
 */
export const BodyExample = (example: object): MethodDecorator => ApiExtension(BODY_EXAMPLE, example);
