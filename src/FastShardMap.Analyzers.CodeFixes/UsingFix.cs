using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace FastShardMap.Analyzers;

/// <summary>Makes the declaration of a local variable that is never disposed a using declaration (FSM0001).</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(UsingFix))]
[Shared]
public sealed class UsingFix : CodeFixProvider
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [Rules.NeverDisposed.Id];

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        SyntaxNode? root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        SyntaxNode? created = root?.FindNode(context.Span, getInnermostNodeForTie: true);
        if (root is null || DeclarationOf(created) is not { } declaration)
        {
            return;
        }

        Document changed = context.Document.WithSyntaxRoot(root.ReplaceNode(declaration, WithUsing(declaration)));
        if (await CompilesAsync(context.Document, changed, declaration, context.CancellationToken)
            .ConfigureAwait(false))
        {
            context.RegisterCodeFix(
                CodeAction.Create(
                    "Declare with using", _ => Task.FromResult(changed), equivalenceKey: nameof(UsingFix)),
                context.Diagnostics);
        }
    }

    // A variable of a using declaration cannot be assigned again, its type must be disposable, and there are places
    // where such a declaration may not stand. The compiler knows them all.
    private static async Task<bool> CompilesAsync(
        Document original, Document changed, SyntaxNode declaration, CancellationToken cancellation)
    {
        SemanticModel? before = await original.GetSemanticModelAsync(cancellation).ConfigureAwait(false);
        SemanticModel? after = await changed.GetSemanticModelAsync(cancellation).ConfigureAwait(false);
        SyntaxNode? member = declaration.Ancestors().FirstOrDefault(
            static node => node is MemberDeclarationSyntax and not GlobalStatementSyntax);
        if (before is null || after is null)
        {
            return false;
        }

        TextSpan span = (member ?? before.SyntaxTree.GetRoot(cancellation)).FullSpan;
        TextSpan longer = new(span.Start, span.Length + after.SyntaxTree.Length - before.SyntaxTree.Length);
        return CountErrors(after, longer, cancellation) <= CountErrors(before, span, cancellation);
    }

    private static int CountErrors(SemanticModel model, TextSpan span, CancellationToken cancellation) =>
        model.GetDiagnostics(span, cancellation).Count(
            static diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);

    // The declaration whose value the created object is, with nothing but await and parentheses in between.
    private static LocalDeclarationStatementSyntax? DeclarationOf(SyntaxNode? created)
    {
        SyntaxNode? value = created;
        while (value?.Parent is AwaitExpressionSyntax or ParenthesizedExpressionSyntax)
        {
            value = value.Parent;
        }

        return value?.Parent is EqualsValueClauseSyntax
        {
            Parent: VariableDeclaratorSyntax
            {
                Parent: VariableDeclarationSyntax
                {
                    Variables.Count: 1,
                    Parent: LocalDeclarationStatementSyntax { UsingKeyword.RawKind: 0 } declaration,
                },
            },
        }
            ? declaration
            : null;
    }

    private static LocalDeclarationStatementSyntax WithUsing(LocalDeclarationStatementSyntax declaration) =>
        declaration
            .WithoutLeadingTrivia()
            .WithUsingKeyword(
                SyntaxFactory.Token(SyntaxKind.UsingKeyword)
                    .WithLeadingTrivia(declaration.GetLeadingTrivia())
                    .WithTrailingTrivia(SyntaxFactory.Space));
}
