import { InstagramPeople } from './instagram-people.reader';

export const PEOPLE_PROVIDERS = [InstagramPeople];
