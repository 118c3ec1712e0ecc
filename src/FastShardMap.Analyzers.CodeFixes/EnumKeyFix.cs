using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FastShardMap.Analyzers;

/// <summary>Replaces an enumeration as the type of keys by <c>EnumKey</c> of it (FSM0004).</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(EnumKeyFix))]
[Shared]
public sealed class EnumKeyFix : CodeFixProvider
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [Rules.EnumAsKey.Id];

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        SyntaxNode? root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        if (root?.FindNode(context.Span) is TypeSyntax key)
        {
            context.RegisterCodeFix(
                CodeAction.Create(
                    $"Use EnumKey<{key}>",
                    _ => Task.FromResult(context.Document.WithSyntaxRoot(root.ReplaceNode(key, Wrapped(key)))),
                    equivalenceKey: nameof(EnumKeyFix)),
                context.Diagnostics);
        }
    }

    private static GenericNameSyntax Wrapped(TypeSyntax key) =>
        SyntaxFactory.GenericName(
                SyntaxFactory.Identifier("EnumKey"),
                SyntaxFactory.TypeArgumentList(SyntaxFactory.SingletonSeparatedList(key.WithoutTrivia())))
            .WithTriviaFrom(key);
}
