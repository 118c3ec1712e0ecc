using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FastShardMap.Analyzers;

/// <summary>Replaces Add, where it was meant to add numbers, by AddDelta (FSM0008).</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(AddDeltaFix))]
[Shared]
public sealed class AddDeltaFix : CodeFixProvider
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [Rules.AddCounts.Id];

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        SyntaxNode? root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        if (root?.FindNode(context.Span) is InvocationExpressionSyntax { Expression: { } called }
            && called.DescendantNodesAndSelf().OfType<IdentifierNameSyntax>().LastOrDefault() is { } name)
        {
            context.RegisterCodeFix(
                CodeAction.Create(
                    "Use AddDelta",
                    _ => Task.FromResult(
                        context.Document.WithSyntaxRoot(root.ReplaceNode(name, Renamed(name)))),
                    equivalenceKey: nameof(AddDeltaFix)),
                context.Diagnostics);
        }
    }

    private static IdentifierNameSyntax Renamed(IdentifierNameSyntax name) =>
        name.WithIdentifier(SyntaxFactory.Identifier("AddDelta").WithTriviaFrom(name.Identifier));
}
