using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace FastShardMap.Analyzers;

/// <summary>Recognizes the types of the library by name and namespace, so that the analyzers load nothing of it.
/// </summary>
internal static class MapTypes
{
    public const string Namespace = "FastShardMap";

    /// <summary>Whether a compilation can use the library at all.</summary>
    public static bool AreKnownTo(Compilation compilation) =>
        compilation.GetTypeByMetadataName("FastShardMap.ShardMap`3") is not null;

    public static bool IsOfLibrary(ISymbol? symbol) =>
        symbol?.ContainingNamespace is { Name: Namespace, ContainingNamespace.IsGlobalNamespace: true };

    /// <summary>Whether a type is a class of the library that must be disposed.</summary>
    public static bool IsDisposableOfLibrary(ITypeSymbol? type) =>
        type is INamedTypeSymbol { TypeKind: TypeKind.Class } && IsOfLibrary(type)
            && type.AllInterfaces.Any(implemented =>
                implemented.SpecialType == SpecialType.System_IDisposable || implemented.Name == "IAsyncDisposable");

    /// <summary>Whether a type is <c>ShardMap</c>, with or without a hasher.</summary>
    public static bool IsShardMap(ITypeSymbol? type) => IsOfLibrary(type) && type!.Name == "ShardMap";

    /// <summary>Whether callbacks of a type run under a lock of the map.</summary>
    public static bool RunsCallbacksUnderLock(ITypeSymbol? type) =>
        IsOfLibrary(type)
        && type!.Name is "ShardMap" or "ShardMapExclusive" or "AuditedShardMap" or "GuardedShardMap"
            or "ChannelShardMap" or "IConcurrentMap" or "TextShardMap" or "BytesShardMap" or "AuditedTextShardMap"
            or "AuditedBytesShardMap" or "BlobShardMap" or "ShardCache";

    /// <summary>The type argument for the parameter TKey, if its keys must be equatable.</summary>
    public static ITypeSymbol? KeyOf(INamedTypeSymbol type)
    {
        for (int i = 0; i < type.TypeParameters.Length; i++)
        {
            ITypeParameterSymbol parameter = type.OriginalDefinition.TypeParameters[i];
            if (parameter.Name == "TKey" && parameter.ConstraintTypes.Any(IsEquatable))
            {
                return type.TypeArguments[i];
            }
        }

        return null;
    }

    /// <summary>The hasher of a map type, or of its base types; null if the type has none in its signature.</summary>
    public static ITypeSymbol? HasherOf(INamedTypeSymbol type)
    {
        for (INamedTypeSymbol? current = type; current is not null; current = current.BaseType)
        {
            for (int i = 0; i < current.TypeParameters.Length; i++)
            {
                if (current.OriginalDefinition.TypeParameters[i].Name == "THasher")
                {
                    return current.TypeArguments[i];
                }
            }
        }

        return null;
    }

    public static bool IsEquatable(ITypeSymbol type) =>
        type is INamedTypeSymbol { Name: "IEquatable", Arity: 1 } named
        && named.ContainingNamespace is { Name: "System", ContainingNamespace.IsGlobalNamespace: true };

    /// <summary>The object that a call is made on, also for extension methods.</summary>
    public static IOperation? ReceiverOf(IInvocationOperation call)
    {
        if (call.Instance is not null)
        {
            return Unwrapped(call.Instance);
        }

        return call.TargetMethod.IsExtensionMethod && call.Arguments.Length > 0
            ? Unwrapped(call.Arguments[0].Value)
            : null;
    }

    public static IOperation Unwrapped(IOperation operation)
    {
        while (true)
        {
            switch (operation)
            {
                case IConversionOperation { OperatorMethod: null } conversion:
                    operation = conversion.Operand;
                    break;
                case IParenthesizedOperation parenthesized:
                    operation = parenthesized.Operand;
                    break;
                default:
                    return operation;
            }
        }
    }

    /// <summary>The variable that an operation reads; null if it is anything else, or a field of another object.
    /// </summary>
    public static ISymbol? VariableOf(IOperation? operation) => operation switch
    {
        ILocalReferenceOperation local => local.Local,
        IParameterReferenceOperation parameter => parameter.Parameter,
        IFieldReferenceOperation { Instance: null or IInstanceReferenceOperation } field => field.Field,
        IPropertyReferenceOperation { Instance: null or IInstanceReferenceOperation } property => property.Property,
        _ => null,
    };
}
