// What stands in the head of the page: examples, share, download.

export const Actions = () => null;
