using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace FastShardMap.Analyzers;

/// <summary>FSM0007: finds copies of the library's struct enumerators.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class EnumeratorAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [Rules.EnumeratorCopied];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterCompilationStartAction(static start =>
        {
            if (MapTypes.AreKnownTo(start.Compilation))
            {
                start.RegisterOperationAction(
                    AnalyzeMention,
                    OperationKind.LocalReference,
                    OperationKind.ParameterReference,
                    OperationKind.FieldReference);
                start.RegisterSymbolAction(AnalyzeField, SymbolKind.Field);
            }
        });
    }

    private static void AnalyzeMention(OperationAnalysisContext context)
    {
        if (!IsEnumerator(context.Operation.Type))
        {
            return;
        }

        bool copies = ObjectUses.Outermost(context.Operation).Parent switch
        {
            IVariableInitializerOperation { Parent: IVariableDeclaratorOperation declarator } =>
                !declarator.Symbol.IsRef,
            IFieldInitializerOperation => true,
            ISimpleAssignmentOperation { IsRef: false } assignment =>
                MapTypes.Unwrapped(assignment.Value) == context.Operation && !IsGivenToConstructor(context),
            IArgumentOperation { Parameter.RefKind: RefKind.None } => true,
            _ => false,
        };
        if (copies)
        {
            context.ReportDiagnostic(Diagnostic.Create(
                Rules.EnumeratorCopied,
                context.Operation.Syntax.GetLocation(),
                MapTypes.VariableOf(context.Operation)?.Name ?? context.Operation.Syntax.ToString()));
        }
    }

    // A constructor that stores an enumerator takes it over. If the caller keeps a copy, its argument is found.
    private static bool IsGivenToConstructor(OperationAnalysisContext context) =>
        context.Operation is IParameterReferenceOperation { Parameter.RefKind: RefKind.None }
        && context.ContainingSymbol is IMethodSymbol { MethodKind: MethodKind.Constructor };

    // Each call on a readonly field works on a copy of it.
    private static void AnalyzeField(SymbolAnalysisContext context)
    {
        IFieldSymbol field = (IFieldSymbol)context.Symbol;
        if (field.IsReadOnly && IsEnumerator(field.Type))
        {
            context.ReportDiagnostic(
                Diagnostic.Create(Rules.EnumeratorCopied, field.Locations[0], field.Name));
        }
    }

    // Copies of a snapshot's enumerator share nothing.
    private static bool IsEnumerator(ITypeSymbol? type) =>
        type is { TypeKind: TypeKind.Struct, Name: "Enumerator" }
        && MapTypes.IsOfLibrary(type.ContainingType)
        && !type.ContainingType.Name.EndsWith("Snapshot", StringComparison.Ordinal);
}
