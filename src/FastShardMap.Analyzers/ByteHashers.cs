using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FastShardMap.Analyzers;

/// <summary>Recognizes hashers that hash the bytes of a key rather than its fields.</summary>
internal static class ByteHashers
{
    /// <summary>The type of key of a hasher; null if the type is no hasher.</summary>
    public static ITypeSymbol? KeyOf(INamedTypeSymbol hasher) =>
        hasher.AllInterfaces
            .FirstOrDefault(static implemented =>
                implemented is { Name: "IKeyHasher", Arity: 1 } && MapTypes.IsOfLibrary(implemented))
            ?.TypeArguments[0];

    /// <summary>Whether the source of a hasher's method Hash reinterprets the key as bytes.</summary>
    public static bool ReadsBytes(INamedTypeSymbol hasher, CancellationToken cancellation)
    {
        foreach (IMethodSymbol method in hasher.OriginalDefinition.GetMembers("Hash").OfType<IMethodSymbol>())
        {
            foreach (SyntaxReference reference in method.DeclaringSyntaxReferences)
            {
                if (reference.GetSyntax(cancellation) is MethodDeclarationSyntax declaration
                    && declaration.ParameterList.Parameters.Count > 0
                    && ReadsBytes(declaration, declaration.ParameterList.Parameters[0].Identifier.ValueText))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static bool ReadsBytes(SyntaxNode method, string key)
    {
        foreach (SyntaxNode node in method.DescendantNodes())
        {
            switch (node)
            {
                // MemoryMarshal.AsBytes(new ReadOnlySpan<TKey>(in key)), Unsafe.BitCast<TKey, ulong>(key) and the like.
                case InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax called } call
                    when IsReinterpretation(called) && TakesWholeKey(call.ArgumentList, key):
                    return true;

                // new ReadOnlySpan<byte>(&key, sizeof(TKey)), *(ulong*)&key
                case PrefixUnaryExpressionSyntax { OperatorToken.ValueText: "&", Operand: IdentifierNameSyntax name }
                    when name.Identifier.ValueText == key:
                    return true;
            }
        }

        return false;
    }

    private static bool IsReinterpretation(MemberAccessExpressionSyntax called) =>
        (RightmostName(called.Expression), called.Name.Identifier.ValueText) is
            ("MemoryMarshal", "AsBytes" or "Cast" or "CreateReadOnlySpan" or "CreateSpan" or "Write")
            or ("Unsafe", "BitCast" or "As" or "ReadUnaligned" or "AsPointer");

    private static string RightmostName(ExpressionSyntax expression) => expression switch
    {
        SimpleNameSyntax name => name.Identifier.ValueText,
        MemberAccessExpressionSyntax member => member.Name.Identifier.ValueText,
        _ => string.Empty,
    };

    // The key itself is an argument, and not one of its fields.
    private static bool TakesWholeKey(ArgumentListSyntax arguments, string key) =>
        arguments.DescendantNodes().OfType<IdentifierNameSyntax>().Any(name =>
            name.Identifier.ValueText == key
            && name.Parent is not MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax });
}
