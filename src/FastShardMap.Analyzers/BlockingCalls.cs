using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace FastShardMap.Analyzers;

/// <summary>Recognizes operations that wait for other threads.</summary>
internal static class BlockingCalls
{
    /// <summary>The name of a member that waits; null if the operation is something else.</summary>
    public static string? Find(IOperation operation)
    {
        ISymbol? member = operation switch
        {
            IInvocationOperation call => call.TargetMethod,
            IPropertyReferenceOperation property => property.Property,
            _ => null,
        };
        return member is not null && Waits(member.OriginalDefinition)
            ? $"{member.ContainingType.Name}.{member.Name}"
            : null;
    }

    private static bool Waits(ISymbol member)
    {
        string place = member.ContainingNamespace?.ToDisplayString() ?? string.Empty;
        string type = member.ContainingType?.Name ?? string.Empty;
        switch (place)
        {
            case "System.Threading.Tasks":
                return type switch
                {
                    "Task" => member.Name is "Wait" or "WaitAll" or "WaitAny" or "Result",
                    "ValueTask" => member.Name is "Result",
                    "Parallel" => member.Name is "For" or "ForEach" or "Invoke",
                    _ => false,
                };
            case "System.Runtime.CompilerServices":
                return type is "TaskAwaiter" or "ValueTaskAwaiter" or "ConfiguredTaskAwaiter"
                    or "ConfiguredValueTaskAwaiter" && member.Name == "GetResult";
            case "System.Threading":
                return type switch
                {
                    "Thread" => member.Name is "Sleep" or "Join",
                    "Monitor" => member.Name == "Wait",
                    "ManualResetEventSlim" or "SemaphoreSlim" or "CountdownEvent" => member.Name == "Wait",
                    "WaitHandle" => member.Name is "WaitOne" or "WaitAll" or "WaitAny" or "SignalAndWait",
                    "Barrier" => member.Name == "SignalAndWait",
                    "SpinWait" => member.Name == "SpinUntil",
                    _ => false,
                };
            case "System.Collections.Concurrent":
                return type == "BlockingCollection" && member.Name is "Take" or "Add";
            case "System.Diagnostics":
                return type == "Process" && member.Name == "WaitForExit";
            default:
                return false;
        }
    }
}
