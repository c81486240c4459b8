import { invalidParameter } from '../graph/graph-error';
import { isObject, listOf, type JsonObject } from '../json';
import { componentType } from './template-variables';

const COMPONENT_KEYS: Readonly<Record<string, readonly string[]>> = {
  HEADER: ['format', 'text', 'example'],
  BODY: ['text', 'example', 'add_security_recommendation'],
  FOOTER: ['text', 'code_expiration_minutes'],
  BUTTONS: ['buttons'],
  CAROUSEL: ['cards'],
  LIMITED_TIME_OFFER: ['limited_time_offer'],
  CALL_PERMISSION_REQUEST: [],
};
/** Kinds that are not here are taken as they are: too little is known of them. */
const BUTTON_KEYS: Readonly<Record<string, readonly string[]>> = {
  QUICK_REPLY: ['text'],
  URL: ['text', 'url', 'example', 'app_deep_link'],
  PHONE_NUMBER: ['text', 'phone_number'],
  COPY_CODE: ['text', 'example'],
  FLOW: ['text', 'flow_id', 'flow_name', 'flow_json', 'flow_action', 'navigate_screen', 'icon'],
};

/** Meta refuses a template for any key that it does not know, and names where it stands. */
export function checkKeys(components: readonly JsonObject[], where: string): void {
  components.forEach((component, index) => {
    const at = `${where}[${index}]`;
    refuseOthers(component, COMPONENT_KEYS[componentType(component)], at);
    listOf(component.buttons)
      .filter(isObject)
      .forEach((button, position) => {
        refuseOthers(button, BUTTON_KEYS[componentType(button)], `${at}['buttons'][${position}]`);
      });
    listOf(component.cards)
      .filter(isObject)
      .forEach((card, position) => {
        checkKeys(listOf(card.components).filter(isObject), `${at}['cards'][${position}]['components']`);
      });
  });
}

function refuseOthers(part: JsonObject, allowed: readonly string[] | undefined, at: string): void {
  const unknown = allowed && Object.keys(part).find((key) => key !== 'type' && !allowed.includes(key));
  if (unknown !== undefined) throw invalidParameter(`Unexpected key "${unknown}" on param "${at}".`);
}
