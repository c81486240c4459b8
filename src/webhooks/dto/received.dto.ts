export class ReceivedDto {
  /** Always true: the delivery is stored. */
  received!: true;
}
