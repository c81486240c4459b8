import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { ACCESS_METADATA, PUBLIC_METADATA } from './access.decorators';

/** Refuses to start while any handler does not say who may call it: forgetting is noticed before it is deployed. */
@Injectable()
export class AccessCheck implements OnModuleInit {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {}

  onModuleInit(): void {
    const undecided = this.discovery.getControllers().flatMap(({ metatype }) => {
      if (typeof metatype !== 'function') return [];
      return undecidedHandlers(metatype, this.scanner);
    });
    if (undecided.length > 0)
      throw new Error(`These handlers carry neither @Public() nor @Access(role): ${undecided.join(', ')}`);
  }
}

function undecidedHandlers(
  controller: { name: string; prototype?: unknown },
  scanner: MetadataScanner,
): string[] {
  const prototype: unknown = controller.prototype;
  if (typeof prototype !== 'object' || prototype === null || isDecided(controller)) return [];
  return scanner
    .getAllMethodNames(prototype)
    .filter((name) => {
      const handler: unknown = Reflect.get(prototype, name);
      return typeof handler === 'function' && Reflect.hasMetadata('path', handler) && !isDecided(handler);
    })
    .map((name) => `${controller.name}.${name}`);
}

function isDecided(target: object): boolean {
  return Reflect.hasMetadata(PUBLIC_METADATA, target) || Reflect.hasMetadata(ACCESS_METADATA, target);
}
