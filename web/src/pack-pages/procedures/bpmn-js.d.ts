// What we use of bpmn-js; its own types know no services.
declare module 'bpmn-js/lib/Modeler' {
  export default class Modeler {
    constructor(options: Record<string, unknown>)
    importXML(xml: string): Promise<{ warnings: unknown[] }>
    saveXML(options?: { format?: boolean }): Promise<{ xml?: string }>
    get(service: string): unknown
    on(event: string, callback: (event: never) => void): void
    destroy(): void
  }
}
declare module 'bpmn-js/lib/NavigatedViewer' {
  export { default } from 'bpmn-js/lib/Modeler'
}
