using System.Reflection;
using Microsoft.CodeAnalysis;

namespace FastShardMap.Analyzers;

/// <summary>The rules. <c>native-layout-docs/analyzers.md</c> has one section per rule, to which the help links lead.
/// </summary>
/// <remarks>The address of the project is known where packages are built (the project file says how). In other builds,
/// the rules have no links.</remarks>
internal static class Rules
{
    // Static fields are initialized in the order of the text.
    private static readonly string? s_helpPage = typeof(Rules).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .FirstOrDefault(static metadata => metadata.Key == "HelpPage")
        ?.Value;

    public static readonly DiagnosticDescriptor NeverDisposed = Create(
        "FSM0001",
        "Dispose maps and snapshots",
        "'{0}' is never disposed: its unmanaged memory is released only after a garbage collection",
        "Reliability",
        DiagnosticSeverity.Warning,
        "Maps, snapshots and the other disposable objects of the library own unmanaged memory, which the garbage "
            + "collector does not see.");

    public static readonly DiagnosticDescriptor KeyWithoutHashCode = Create(
        "FSM0002",
        "Keys need IEquatable<T> and GetHashCode of their own",
        "The key type '{0}' {1}",
        "Reliability",
        DiagnosticSeverity.Warning,
        "ValueType.GetHashCode allocates, may hash only one field, and need not agree with the type's own Equals.");

    public static readonly DiagnosticDescriptor BytesOfKey = Create(
        "FSM0003",
        "Do not hash the bytes of keys whose equality ignores some of them",
        "'{0}' hashes the bytes of '{1}', which has {2}: equal keys get different hash codes",
        "Reliability",
        DiagnosticSeverity.Warning,
        "Padding bytes have any value, and some types have several representations of one value, as 0.0 and -0.0.");

    public static readonly DiagnosticDescriptor EnumAsKey = Create(
        "FSM0004",
        "Wrap enumeration keys in EnumKey<TEnum>",
        "The enumeration '{0}' does not implement IEquatable<{0}>; use EnumKey<{0}> as the type of the keys",
        "Usage",
        DiagnosticSeverity.Warning,
        "EnumKey<TEnum> converts from and to the enumeration implicitly and has no cost.");

    public static readonly DiagnosticDescriptor WriteInCallback = Create(
        "FSM0005",
        "Do not write to a map in its own callback",
        "'{0}' is called in a callback of the same map and throws InvalidOperationException",
        "Reliability",
        DiagnosticSeverity.Warning,
        "Callbacks run under the lock of the key's shard. They may read the map; writes and enumerations throw.");

    public static readonly DiagnosticDescriptor BlockingCallback = Create(
        "FSM0006",
        "Do not block in a callback of a map",
        "'{0}' blocks the thread in a callback, which holds the lock of a shard",
        "Reliability",
        DiagnosticSeverity.Warning,
        "Other writers of the shard wait for the callback. If it waits for one of them, neither ever ends.");

    public static readonly DiagnosticDescriptor EnumeratorCopied = Create(
        "FSM0007",
        "Do not copy struct enumerators",
        "This copies the enumerator '{0}': the copies share one buffer, and all but one of them throw",
        "Reliability",
        DiagnosticSeverity.Warning,
        "Copies of a struct enumerator share its buffer. Once one has moved on, MoveNext of the others throws.");

    public static readonly DiagnosticDescriptor AddCounts = Create(
        "FSM0008",
        "Add does not add numbers",
        "Add throws ArgumentException if the key is present; AddDelta adds {0} to its value",
        "Usage",
        DiagnosticSeverity.Info,
        "A loop that adds the same number for many keys usually counts, which is the work of AddDelta or Increment.");

    private static DiagnosticDescriptor Create(
        string id,
        string title,
        string message,
        string category,
        DiagnosticSeverity severity,
        string description) =>
        new(
            id,
            title,
            message,
            category,
            severity,
            isEnabledByDefault: true,
            description,
            s_helpPage is null ? null : $"{s_helpPage}#{id.ToLowerInvariant()}");
}
