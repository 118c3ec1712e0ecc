using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace FastShardMap.Analyzers;

/// <summary>FSM0001: finds maps and snapshots that are never disposed.</summary>
/// <remarks>It reports an object only if it sees everything that happens to it: a local variable or a private field
/// that no other code gets. Maps of static fields, and of the program's entry point outside loops, live as long as the
/// process and are not reported.</remarks>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class DisposalAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [Rules.NeverDisposed];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();

        // Generated code is not reported, but a generated part of a class may dispose its fields.
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.Analyze);
        context.RegisterCompilationStartAction(static start =>
        {
            if (!MapTypes.AreKnownTo(start.Compilation))
            {
                return;
            }

            start.RegisterOperationAction(
                AnalyzeCreation,
                OperationKind.ObjectCreation,
                OperationKind.Invocation);
            start.RegisterSymbolStartAction(StartType, SymbolKind.NamedType);
        });
    }

    private static void AnalyzeCreation(OperationAnalysisContext context)
    {
        if (!IsCreation(context.Operation))
        {
            return;
        }

        IOperation created = OutermostOfCreation(context.Operation);
        if (IsTask(context.Operation.Type) && MapTypes.Unwrapped(created) is not IAwaitOperation)
        {
            return;
        }

        switch (created.Parent)
        {
            case IVariableInitializerOperation { Parent: IVariableDeclaratorOperation declarator }:
                if (!IsUsing(declarator))
                {
                    AnalyzeLocal(context, declarator.Symbol);
                }

                break;
            case ISimpleAssignmentOperation { Target: ILocalReferenceOperation local } assignment
                when assignment.Value == created && assignment.Parent is IExpressionStatementOperation:
                AnalyzeLocal(context, local.Local);
                break;
            // Not of a lambda that is one expression, such as Assert.Throws(() => new ShardMap<int, int>(-1)).
            case ISimpleAssignmentOperation { Target: IDiscardOperation }:
            case IExpressionStatementOperation { Syntax: ExpressionStatementSyntax }:
                // A discarded phase is ended through the map's property Exclusive, or with the map.
                if (context.Operation.Type?.Name != "ShardMapExclusive")
                {
                    Report(context);
                }

                break;
            case IInvocationOperation call when call.Instance == created:
                if (call.TargetMethod.Name is not ("Dispose" or "DisposeAsync")
                    && !MapTypes.IsDisposableOfLibrary(call.Type))
                {
                    Report(context);
                }

                break;
            case IPropertyReferenceOperation property when property.Instance == created:
            case IForEachLoopOperation loop when loop.Collection == created:
                Report(context);
                break;
        }
    }

    private static void AnalyzeLocal(OperationAnalysisContext context, ILocalSymbol local)
    {
        if (LivesWithProcess(context))
        {
            return;
        }

        IOperation root = context.Operation;
        while (root.Parent is not null)
        {
            root = root.Parent;
        }

        foreach (IOperation operation in root.DescendantsAndSelf())
        {
            if (operation is ILocalReferenceOperation mention
                && SymbolEqualityComparer.Default.Equals(mention.Local, local)
                && (ObjectUses.Of(mention) != ObjectUse.Neutral || Closures.Keep(mention)))
            {
                return;
            }
        }

        Report(context, local.Name);
    }

    // The entry point runs once, and its maps end with the process. Snapshots hold tables that the map would release.
    private static bool LivesWithProcess(OperationAnalysisContext context)
    {
        string type = Awaited(context.Operation.Type)?.Name ?? string.Empty;
        if (type.EndsWith("Snapshot", StringComparison.Ordinal)
            || type == "ShardMapExclusive"
            || !SymbolEqualityComparer.Default.Equals(
                context.ContainingSymbol, context.Compilation.GetEntryPoint(context.CancellationToken)))
        {
            return false;
        }

        for (IOperation? outer = context.Operation.Parent; outer is not null; outer = outer.Parent)
        {
            if (outer is ILoopOperation or ILocalFunctionOperation or IAnonymousFunctionOperation)
            {
                return false;
            }
        }

        return true;
    }

    private static void StartType(SymbolStartAnalysisContext start)
    {
        INamedTypeSymbol type = (INamedTypeSymbol)start.Symbol;
        HashSet<IFieldSymbol> fields = new(
            type.GetMembers().OfType<IFieldSymbol>().Where(IsPrivateOwner), SymbolEqualityComparer.Default);
        if (fields.Count == 0)
        {
            return;
        }

        ConcurrentDictionary<IFieldSymbol, Location> created = new(SymbolEqualityComparer.Default);
        ConcurrentDictionary<IFieldSymbol, bool> handled = new(SymbolEqualityComparer.Default);
        start.RegisterOperationAction(
            context =>
            {
                IFieldReferenceOperation mention = (IFieldReferenceOperation)context.Operation;
                if (!fields.Contains(mention.Field))
                {
                    return;
                }

                if (mention.Parent is IAssignmentOperation assignment && assignment.Target == mention)
                {
                    NoteValue(mention.Field, assignment.Value, created, handled);
                }
                else if (ObjectUses.Of(mention) != ObjectUse.Neutral)
                {
                    handled[mention.Field] = true;
                }
            },
            OperationKind.FieldReference);
        start.RegisterOperationAction(
            context =>
            {
                IFieldInitializerOperation initializer = (IFieldInitializerOperation)context.Operation;
                foreach (IFieldSymbol field in initializer.InitializedFields.Where(fields.Contains))
                {
                    NoteValue(field, initializer.Value, created, handled);
                }
            },
            OperationKind.FieldInitializer);
        start.RegisterSymbolEndAction(end =>
        {
            foreach (KeyValuePair<IFieldSymbol, Location> field in created.Where(
                field => !handled.ContainsKey(field.Key)))
            {
                end.ReportDiagnostic(Diagnostic.Create(Rules.NeverDisposed, field.Value, field.Key.Name));
            }
        });
    }

    private static void NoteValue(
        IFieldSymbol field,
        IOperation value,
        ConcurrentDictionary<IFieldSymbol, Location> created,
        ConcurrentDictionary<IFieldSymbol, bool> handled)
    {
        IOperation unwrapped = MapTypes.Unwrapped(value);
        if (unwrapped is IAwaitOperation wait)
        {
            unwrapped = MapTypes.Unwrapped(wait.Operation);
            if (unwrapped is IInvocationOperation { TargetMethod.Name: "ConfigureAwait", Instance: { } task })
            {
                unwrapped = MapTypes.Unwrapped(task);
            }
        }

        if (IsCreation(unwrapped))
        {
            created[field] = unwrapped.Syntax.GetLocation();
        }
        else if (unwrapped.ConstantValue is not { HasValue: true, Value: null })
        {
            // The object comes from elsewhere, and may belong to other code.
            handled[field] = true;
        }
    }

    private static bool IsPrivateOwner(IFieldSymbol field) =>
        field is { IsStatic: false, DeclaredAccessibility: Accessibility.Private, IsImplicitlyDeclared: false }
        && MapTypes.IsDisposableOfLibrary(field.Type);

    // A constructor, or a method of the library that returns a new object: Snapshot, Clone, Load and the like.
    private static bool IsCreation(IOperation operation)
    {
        switch (operation)
        {
            case IObjectCreationOperation creation:
                return MapTypes.IsDisposableOfLibrary(creation.Type);
            case IInvocationOperation call:
                return MapTypes.IsOfLibrary(call.TargetMethod.ContainingType)
                    && call.TargetMethod.Name is "Snapshot" or "Clone" or "Load" or "LoadFrom" or "EnterExclusive"
                        or "LoadAsync" or "LoadFromAsync"
                    && MapTypes.IsDisposableOfLibrary(Awaited(call.Type));
            default:
                return false;
        }
    }

    private static bool IsTask(ITypeSymbol? type) =>
        type is INamedTypeSymbol { Name: "Task" or "ValueTask", Arity: 1 };

    private static ITypeSymbol? Awaited(ITypeSymbol? type) =>
        IsTask(type) ? ((INamedTypeSymbol)type!).TypeArguments[0] : type;

    private static IOperation OutermostOfCreation(IOperation operation)
    {
        IOperation outermost = ObjectUses.Outermost(operation);
        if (outermost.Parent is IInvocationOperation { TargetMethod.Name: "ConfigureAwait" } configured
            && configured.Instance == outermost)
        {
            outermost = ObjectUses.Outermost(configured);
        }

        return outermost.Parent is IAwaitOperation wait ? ObjectUses.Outermost(wait) : outermost;
    }

    private static bool IsUsing(IOperation declarator)
    {
        for (IOperation? outer = declarator.Parent; outer is not null and not IBlockOperation; outer = outer.Parent)
        {
            if (outer is IUsingDeclarationOperation or IUsingOperation)
            {
                return true;
            }
        }

        return false;
    }

    private static void Report(OperationAnalysisContext context, string? name = null)
    {
        string text = name ?? Awaited(context.Operation.Type)?.Name ?? string.Empty;
        context.ReportDiagnostic(
            Diagnostic.Create(Rules.NeverDisposed, context.Operation.Syntax.GetLocation(), text));
    }
}
