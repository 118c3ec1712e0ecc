using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace FastShardMap.Analyzers;

/// <summary>Decides what a mention of a variable does with the object in it. Anything unknown counts as an escape, so
/// that the rules stay silent where they cannot be sure.</summary>
internal static class ObjectUses
{
    public static ObjectUse Of(IOperation mention)
    {
        IOperation operation = Outermost(mention);
        switch (operation.Parent)
        {
            case IInvocationOperation call when call.Instance == operation:
                return IsDispose(call) ? ObjectUse.Disposes : ObjectUse.Neutral;
            case IMemberReferenceOperation member when member.Instance == operation:
                return member is IMethodReferenceOperation { Method.Name: "Dispose" or "DisposeAsync" }
                    ? ObjectUse.Disposes
                    : ObjectUse.Neutral;
            case IConditionalAccessOperation access when access.Operation == operation:
                return access.WhenNotNull.DescendantsAndSelf().OfType<IInvocationOperation>().Any(IsDispose)
                    ? ObjectUse.Disposes
                    : ObjectUse.Neutral;
            case IArgumentOperation { Parent: IInvocationOperation call } argument:
                return IsHarmlessExtension(call, argument) ? ObjectUse.Neutral : ObjectUse.Escapes;
            case ISimpleAssignmentOperation assignment when assignment.Target == operation:
            case ICoalesceAssignmentOperation coalesce when coalesce.Target == operation:
            case IForEachLoopOperation loop when loop.Collection == operation:
            case IIsPatternOperation matched when !Names(matched.Pattern):
            case IIsTypeOperation:
            case IBinaryOperation:
            case IInterpolationOperation:
            case INameOfOperation:
            case IExpressionStatementOperation:
                return ObjectUse.Neutral;
            case IUsingOperation:
                return ObjectUse.Disposes;
            default:
                return ObjectUse.Escapes;
        }
    }

    /// <summary>The operation, with the conversions and parentheses around it.</summary>
    public static IOperation Outermost(IOperation operation)
    {
        while (operation.Parent is IConversionOperation { OperatorMethod: null } or IParenthesizedOperation)
        {
            operation = operation.Parent;
        }

        return operation;
    }

    // A pattern that declares a variable gives the object another name, under which it may be disposed.
    private static bool Names(IPatternOperation pattern) => pattern switch
    {
        IDeclarationPatternOperation declaration => declaration.DeclaredSymbol is not null,
        IRecursivePatternOperation recursive => recursive.DeclaredSymbol is not null,
        IBinaryPatternOperation binary => Names(binary.LeftPattern) || Names(binary.RightPattern),
        INegatedPatternOperation negated => Names(negated.Pattern),
        _ => false,
    };

    private static bool IsDispose(IInvocationOperation call) =>
        call.TargetMethod.Name is "Dispose" or "DisposeAsync" && call.Arguments.Length == 0;

    // Extension methods of the library and LINQ use their receiver and do not keep it.
    private static bool IsHarmlessExtension(IInvocationOperation call, IArgumentOperation argument) =>
        call.TargetMethod.IsExtensionMethod
        && call.Arguments[0] == argument
        && (MapTypes.IsOfLibrary(call.TargetMethod)
            || call.TargetMethod.ContainingType.ToDisplayString() == "System.Linq.Enumerable")
        && !MapTypes.IsDisposableOfLibrary(call.TargetMethod.ReturnType);
}
