using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace FastShardMap.Analyzers;

/// <summary>FSM0008: finds calls of Add that were meant to add numbers.</summary>
/// <remarks>It reports the pattern of a counter only: in a loop, the same number for keys that are not the counter of
/// that loop, and that the code does not look for first.</remarks>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class AddAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [Rules.AddCounts];

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
        if (call is { TargetMethod.Name: "Add", Arguments.Length: 2, Parent: IExpressionStatementOperation }
            && MapTypes.IsShardMap(call.TargetMethod.ContainingType)
            && IsNumber(call.TargetMethod.Parameters[1].Type)
            && call.Arguments[1].Value is { ConstantValue: { HasValue: true, Value: { } delta } }
            && !IsZero(delta)
            && call.Arguments[0].Value.ConstantValue is { HasValue: false }
            && RepeatsKeys(call))
        {
            context.ReportDiagnostic(Diagnostic.Create(
                Rules.AddCounts,
                call.Syntax.GetLocation(),
                Convert.ToString(delta, System.Globalization.CultureInfo.InvariantCulture)));
        }
    }

    private static bool RepeatsKeys(IInvocationOperation call)
    {
        ISymbol? key = MapTypes.VariableOf(MapTypes.Unwrapped(call.Arguments[0].Value));
        for (IOperation? outer = call.Parent; outer is not null; outer = outer.Parent)
        {
            switch (outer)
            {
                case IForLoopOperation loop when loop.Locals.Contains(key, SymbolEqualityComparer.Default):
                case IConditionalOperation or ITryOperation or IAnonymousFunctionOperation or ILocalFunctionOperation:
                    return false;
                case ILoopOperation:
                    return true;
            }
        }

        return false;
    }

    private static bool IsNumber(ITypeSymbol type) => type.SpecialType
        is (>= SpecialType.System_SByte and <= SpecialType.System_Double)
        or SpecialType.System_IntPtr or SpecialType.System_UIntPtr;

    private static bool IsZero(object number) =>
        Convert.ToDouble(number, System.Globalization.CultureInfo.InvariantCulture) == 0;
}
