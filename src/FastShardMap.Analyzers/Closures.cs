using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace FastShardMap.Analyzers;

/// <summary>Decides whether a lambda or a local function may run after the method that declares a variable.</summary>
internal static class Closures
{
    /// <summary>Whether a mention of a local variable is in a function that may outlive the variable's own one.
    /// </summary>
    public static bool Keep(ILocalReferenceOperation mention)
    {
        for (IOperation? outer = mention.Parent; outer is not null; outer = outer.Parent)
        {
            switch (outer)
            {
                case IAnonymousFunctionOperation lambda:
                    if (IsOwner(lambda.Symbol, mention.Local))
                    {
                        return false;
                    }

                    if (!EndsWithItsCall(lambda))
                    {
                        return true;
                    }

                    break;
                case ILocalFunctionOperation function:
                    return !IsOwner(function.Symbol, mention.Local);
            }
        }

        return false;
    }

    private static bool IsOwner(IMethodSymbol function, ILocalSymbol local) =>
        SymbolEqualityComparer.Default.Equals(function, local.ContainingSymbol);

    // An argument of a method that has called it for the last time when it returns.
    private static bool EndsWithItsCall(IAnonymousFunctionOperation lambda)
    {
        IOperation argument = lambda;
        while (argument.Parent is IDelegateCreationOperation or IConversionOperation or IParenthesizedOperation
            or IArrayInitializerOperation or IArrayCreationOperation { IsImplicit: true })
        {
            argument = argument.Parent;
        }

        return argument.Parent is IArgumentOperation { Parent: IInvocationOperation call } && EndsItsCallbacks(call);
    }

    private static bool EndsItsCallbacks(IInvocationOperation call)
    {
        INamedTypeSymbol type = call.TargetMethod.ContainingType;
        if (IsLinq(type))
        {
            return IsEvaluated(call);
        }

        return (MapTypes.RunsCallbacksUnderLock(type) || type.ToDisplayString() == "System.Threading.Tasks.Parallel")
            && (call.Type?.Name is not ("Task" or "ValueTask") || IsAwaited(call));
    }

    // A query runs while its result is enumerated: by another method of LINQ, or by a loop.
    private static bool IsEvaluated(IInvocationOperation call)
    {
        while (call.Type?.Name is "IEnumerable" or "IOrderedEnumerable")
        {
            IOperation query = ObjectUses.Outermost(call);
            switch (query.Parent)
            {
                case IForEachLoopOperation loop:
                    return loop.Collection == query;
                case IArgumentOperation { Parent: IInvocationOperation outer } argument
                    when IsLinq(outer.TargetMethod.ContainingType) && outer.Arguments[0] == argument:
                    call = outer;
                    break;
                default:
                    return false;
            }
        }

        return true;
    }

    private static bool IsAwaited(IInvocationOperation call)
    {
        IOperation task = ObjectUses.Outermost(call);
        if (task.Parent is IInvocationOperation { TargetMethod.Name: "ConfigureAwait" } configured
            && configured.Instance == task)
        {
            task = ObjectUses.Outermost(configured);
        }

        return task.Parent is IAwaitOperation;
    }

    private static bool IsLinq(INamedTypeSymbol type) => type.ToDisplayString() == "System.Linq.Enumerable";
}
