public import Designs
public import StudyFiles

/// A stand-in until the step is joined.
public struct MultilevelStudyStep: StudyStep {
  public static let name = "multilevel"
  public static let documentation = ChoiceDocumentation(summary: "x")
  public static var keys: [AnyKey] { [] }
  public init(from section: Section) throws(SpecErrors) {}
  public var needs: [StepNeed] { [] }
  public func check(in data: DataSet) throws(SpecErrors) {}
  public func run(_ context: StepContext) throws(RunError) -> StepResult {
    throw .estimation(step: context.name, reason: "x")
  }
}
