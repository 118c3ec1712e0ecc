using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace FastShardMap.Analyzers;

/// <summary>FSM0005 and FSM0006: finds callbacks that write to their own map, or that block.</summary>
/// <remarks>It reads lambdas, local functions and methods of the same file, but not what they call in turn.</remarks>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class CallbackAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics =>
        [Rules.WriteInCallback, Rules.BlockingCallback];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterCompilationStartAction(static start =>
        {
            if (MapTypes.AreKnownTo(start.Compilation))
            {
                start.RegisterOperationAction(AnalyzeCall, OperationKind.Invocation);
            }
        });
    }

    private static void AnalyzeCall(OperationAnalysisContext context)
    {
        IInvocationOperation call = (IInvocationOperation)context.Operation;
        if (!MapTypes.RunsCallbacksUnderLock(call.TargetMethod.ContainingType)
            || call.TargetMethod.Name is not ("GetOrAdd" or "AddOrUpdate" or "TryUpdate" or "TryUpdateOrRemove"
                or "MergeFrom" or "AddOrUpdateAsync"))
        {
            return;
        }

        ISymbol? map = MapTypes.VariableOf(MapTypes.ReceiverOf(call));
        foreach (IArgumentOperation argument in call.Arguments)
        {
            if (BodyOf(context, argument.Value) is { } body)
            {
                AnalyzeBody(context, map, body);
            }
        }
    }

    private static IOperation? BodyOf(OperationAnalysisContext context, IOperation argument)
    {
        if (MapTypes.Unwrapped(argument) is not IDelegateCreationOperation creation)
        {
            return null;
        }

        switch (MapTypes.Unwrapped(creation.Target))
        {
            case IAnonymousFunctionOperation lambda:
                return lambda.Body;
            case IMethodReferenceOperation { Method.DeclaringSyntaxReferences: { Length: 1 } references }
                when references[0].SyntaxTree == context.Operation.Syntax.SyntaxTree:
                SyntaxNode declaration = references[0].GetSyntax(context.CancellationToken);
                return context.Operation.SemanticModel?.GetOperation(declaration, context.CancellationToken);
            default:
                return null;
        }
    }

    private static void AnalyzeBody(OperationAnalysisContext context, ISymbol? map, IOperation body)
    {
        foreach (IOperation operation in InThisCallback(body))
        {
            if (map is not null && WriteTo(map, operation) is { } write)
            {
                context.ReportDiagnostic(
                    Diagnostic.Create(Rules.WriteInCallback, operation.Syntax.GetLocation(), write));
            }
            else if (BlockingCalls.Find(operation) is { } blocking)
            {
                context.ReportDiagnostic(
                    Diagnostic.Create(Rules.BlockingCallback, operation.Syntax.GetLocation(), blocking));
            }
        }
    }

    // Functions inside a callback may run later, on another thread.
    private static IEnumerable<IOperation> InThisCallback(IOperation body)
    {
        Stack<IOperation> left = new();
        left.Push(body);
        while (left.Count > 0)
        {
            IOperation operation = left.Pop();
            yield return operation;
            foreach (IOperation child in operation.ChildOperations)
            {
                if (child is not (IAnonymousFunctionOperation or ILocalFunctionOperation))
                {
                    left.Push(child);
                }
            }
        }
    }

    private static string? WriteTo(ISymbol map, IOperation operation)
    {
        switch (operation)
        {
            case IInvocationOperation call
                when MapTypes.IsOfLibrary(call.TargetMethod.ContainingType)
                    && IsRefusedInCallbacks(call.TargetMethod.Name)
                    && IsSame(map, MapTypes.ReceiverOf(call)):
                return call.TargetMethod.Name;
            case IAssignmentOperation { Target: IPropertyReferenceOperation { Property.IsIndexer: true } entry }
                when MapTypes.IsOfLibrary(entry.Property.ContainingType) && IsSame(map, entry.Instance):
            case IIncrementOrDecrementOperation
                {
                    Target: IPropertyReferenceOperation { Property.IsIndexer: true } item,
                }
                when MapTypes.IsOfLibrary(item.Property.ContainingType) && IsSame(map, item.Instance):
                return "this[]";
            case IForEachLoopOperation loop when IsSame(map, loop.Collection):
                return "GetEnumerator";
            default:
                return null;
        }
    }

    private static bool IsSame(ISymbol map, IOperation? receiver) =>
        receiver is not null
        && SymbolEqualityComparer.Default.Equals(map, MapTypes.VariableOf(MapTypes.Unwrapped(receiver)));

    private static bool IsRefusedInCallbacks(string method) => method is
        "Add" or "TryAdd" or "Set" or "TrySet" or "TryUpdate" or "TryExchange" or "TryRemove" or "GetOrAdd"
        or "GetOrAddAsync" or "AddOrUpdate" or "TryUpdateOrRemove" or "AddDelta" or "Increment" or "AddDeltaRange"
        or "TryAddRange" or "SetRange" or "TryRemoveRange" or "Clear" or "EnsureCapacity" or "TrimExcess"
        or "MergeFrom" or "Clone" or "Snapshot" or "ToArray" or "CopyTo" or "EnterExclusive" or "Dispose"
        or "Save" or "SaveTo";
}
