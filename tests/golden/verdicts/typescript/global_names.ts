const name: string = "hello";

class Node {
  constructor(readonly value: number, readonly next: Node | null = null) {}
}

function fetch(list: Node | null): number {
  return list === null ? 0 : list.value + fetch(list.next);
}

console.log(name, fetch(new Node(1, new Node(2))));
