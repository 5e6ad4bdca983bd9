enum Colour {
  Red,
  Green,
}

abstract class Animal {
  constructor(readonly name: string) {}
  abstract sound(): string;
}

class Dog extends Animal {
  sound(): string {
    return `${this.name} ${Colour[Colour.Green]}`;
  }
}

const pets: Map<string, Animal> = new Map([["a", new Dog("hello")]]);
for (const [key, pet] of pets) console.log(key, pet.sound());
