using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace FastShardMap.Analyzers;

/// <summary>FSM0002, FSM0003 and FSM0004: finds types that do not serve as keys.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class KeyAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics =>
        [Rules.KeyWithoutHashCode, Rules.BytesOfKey, Rules.EnumAsKey];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterCompilationStartAction(static start =>
        {
            if (MapTypes.AreKnownTo(start.Compilation))
            {
                start.RegisterSyntaxNodeAction(AnalyzeMention, SyntaxKind.GenericName);
                start.RegisterOperationAction(AnalyzeCreation, OperationKind.ObjectCreation);
                start.RegisterSymbolAction(AnalyzeHasher, SymbolKind.NamedType);
            }
        });
    }

    // Keys that the compiler rejects with CS0315 too, wherever the type is named.
    private static void AnalyzeMention(SyntaxNodeAnalysisContext context)
    {
        GenericNameSyntax name = (GenericNameSyntax)context.Node;
        if (name.IsUnboundGenericName
            || TypeOf(context.SemanticModel.GetSymbolInfo(name, context.CancellationToken)) is not INamedTypeSymbol type
            || !MapTypes.IsOfLibrary(type)
            || MapTypes.KeyOf(type) is not { IsValueType: true } key
            || key.TypeKind is TypeKind.TypeParameter or TypeKind.Error)
        {
            return;
        }

        Location location = ArgumentOf(name, type, key).GetLocation();
        if (key.TypeKind == TypeKind.Enum)
        {
            context.ReportDiagnostic(Diagnostic.Create(Rules.EnumAsKey, location, Text(key)));
        }
        else if (!IsEquatableToItself(key))
        {
            string fault = $"does not implement IEquatable<{Text(key)}>; a readonly record struct does";
            context.ReportDiagnostic(Diagnostic.Create(Rules.KeyWithoutHashCode, location, Text(key), fault));
        }
    }

    // Keys that compile, once per map that is created.
    private static void AnalyzeCreation(OperationAnalysisContext context)
    {
        IObjectCreationOperation creation = (IObjectCreationOperation)context.Operation;
        if (creation.Type is not INamedTypeSymbol type
            || !MapTypes.IsOfLibrary(type)
            || MapTypes.KeyOf(type) is not { TypeKind: TypeKind.Struct } key
            || !IsEquatableToItself(key))
        {
            return;
        }

        ITypeSymbol? hasher = MapTypes.HasherOf(type);
        if ((hasher is null || IsDefaultHasher(hasher)) && !HasHashCode(key))
        {
            context.ReportDiagnostic(Diagnostic.Create(
                Rules.KeyWithoutHashCode,
                creation.Syntax.GetLocation(),
                Text(key),
                "does not override GetHashCode, from which its hash is made"));
        }

        if (hasher is INamedTypeSymbol { IsGenericType: true } own
            && !IsDefaultHasher(own)
            && KeyLayout.Of(key) is { Fault: { } fault }
            && ByteHashers.ReadsBytes(own, context.CancellationToken))
        {
            context.ReportDiagnostic(Diagnostic.Create(
                Rules.BytesOfKey, creation.Syntax.GetLocation(), own.Name, Text(key), fault));
        }
    }

    private static void AnalyzeHasher(SymbolAnalysisContext context)
    {
        INamedTypeSymbol hasher = (INamedTypeSymbol)context.Symbol;
        if (hasher.TypeKind == TypeKind.Struct
            && ByteHashers.KeyOf(hasher) is { TypeKind: TypeKind.Struct } key
            && KeyLayout.Of(key) is { Fault: { } fault }
            && ByteHashers.ReadsBytes(hasher, context.CancellationToken))
        {
            context.ReportDiagnostic(Diagnostic.Create(
                Rules.BytesOfKey, hasher.Locations[0], hasher.Name, Text(key), fault));
        }
    }

    private static ISymbol? TypeOf(SymbolInfo info)
    {
        ISymbol? symbol = info.Symbol ?? (info.CandidateSymbols.Length == 1 ? info.CandidateSymbols[0] : null);
        return symbol is IMethodSymbol { MethodKind: MethodKind.Constructor } constructor
            ? constructor.ContainingType
            : symbol;
    }

    private static SyntaxNode ArgumentOf(GenericNameSyntax name, INamedTypeSymbol type, ITypeSymbol key)
    {
        int index = type.TypeArguments.IndexOf(key, 0, SymbolEqualityComparer.Default);
        return index >= 0 && index < name.TypeArgumentList.Arguments.Count
            ? name.TypeArgumentList.Arguments[index]
            : name;
    }

    private static bool IsEquatableToItself(ITypeSymbol key) =>
        key.AllInterfaces.Any(implemented =>
            MapTypes.IsEquatable(implemented)
            && SymbolEqualityComparer.Default.Equals(implemented.TypeArguments[0], key));

    private static bool IsDefaultHasher(ITypeSymbol hasher) =>
        MapTypes.IsOfLibrary(hasher) && hasher.Name is "DefaultHasher" or "FloodResistantHasher";

    private static bool HasHashCode(ITypeSymbol key) =>
        key.SpecialType != SpecialType.None
        || key.GetMembers("GetHashCode").OfType<IMethodSymbol>().Any(static method => method.IsOverride);

    private static string Text(ITypeSymbol type) => type.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat);
}
