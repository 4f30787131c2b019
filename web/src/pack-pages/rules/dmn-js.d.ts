// What we use of dmn-js, which comes without types.
declare module 'dmn-js/lib/*' {
  export interface DmnView {
    id: string
    name?: string
    type: 'drd' | 'decisionTable' | 'literalExpression' | 'boxedExpression'
    element: { id: string; name?: string }
  }
  export interface DmnViewer {
    get<T>(service: string): T
    on(event: string, priority: number | ((event: unknown) => void), callback?: (event: unknown) => void): void
    off(event: string, callback: (event: unknown) => void): void
  }
  export default class Manager {
    constructor(options: Record<string, unknown>)
    importXML(xml: string, options?: { open?: boolean }): Promise<{ warnings: unknown[] }>
    saveXML(options?: { format?: boolean }): Promise<{ xml: string }>
    getViews(): DmnView[]
    getActiveView(): DmnView | undefined
    getActiveViewer(): DmnViewer | undefined
    open(view: DmnView): Promise<unknown>
    on(event: string, callback: (event: { viewer?: DmnViewer; views?: DmnView[]; activeView?: DmnView }) => void): void
    destroy(): void
  }
}
