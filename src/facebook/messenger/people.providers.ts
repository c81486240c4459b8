import { MessengerPeople } from './messenger-people.reader';

export const PEOPLE_PROVIDERS = [MessengerPeople];
