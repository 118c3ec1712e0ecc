namespace FastShardMap.Tests.Conventions;

/// <summary>
/// The folders of a project from the bottom up, and which of them each one uses. <see cref="LayerTests"/> compares
/// these tables with the code, and with the document that shows them.
/// </summary>
/// <param name="Project">The project's folder.</param>
/// <param name="Folders">From the bottom up. Of the features, a later one may use an earlier one.</param>
internal sealed record FolderTable(string Project, params Folder[] Folders)
{
    public static readonly FolderTable Library = new(
        "src/FastShardMap",
        new("Memory", "pages, arenas, files: all calls of the operating system")
        {
            IsConcurrent = true,
            HasRootTypes = true,
        },
        new("Layout", "the native structures, and all arithmetic on their bits"),
        new("Hashing", "hashers", "Layout") { HasRootTypes = true },
        new("Probing", "control groups per instruction set, the probe sequence", "Layout"),
        new("Tables", "one table, for one thread", "Layout", "Probing"),
        new("Operations", "what a write does with the entry that it finds", "Layout") { HasRootTypes = true },
        new("Records", "keys and values of any length, and the memory of their bytes", "Memory", "Layout", "Hashing"),
        new("Sharding", "the concurrency protocol",
            "Memory", "Layout", "Hashing", "Probing", "Tables", "Operations", "Records")
        {
            IsConcurrent = true,
        },
        new(Folder.Root, "the map and its options", "Layout", "Hashing", "Operations", "Sharding")
        {
            HasRootTypes = true,
        },
        new("Synchronization", "other ways to lock, and deadlines",
            "Memory", "Layout", "Hashing", "Tables", "Operations", "Sharding", Folder.Root)
        {
            IsConcurrent = true,
            HasRootTypes = true,
        },
        new("Flights", "values that asynchronous factories are creating", "Memory", "Hashing", "Sharding")
        {
            IsConcurrent = true,
            HasRootTypes = true,
        },
        new("Snapshots", "copies as of one instant",
            "Memory", "Layout", "Hashing", "Probing", "Tables", "Operations", "Records", "Sharding", Folder.Root)
        {
            IsConcurrent = true,
            HasRootTypes = true,
        },
        new("Auditing", "recent operations of a map",
            "Memory", "Layout", "Hashing", "Operations", "Records", Folder.Root)
        {
            IsConcurrent = true,
            HasRootTypes = true,
        },
        new("Serialization", "saved maps",
            "Memory", "Layout", "Hashing", "Operations", "Records", "Sharding", Folder.Root, "Snapshots")
        {
            IsConcurrent = true,
            HasRootTypes = true,
        },
        new("Text", "maps whose keys, or keys and values, are text or bytes",
            "Layout", "Hashing", "Operations", "Records", "Sharding", Folder.Root, "Synchronization", "Flights",
            "Snapshots", "Auditing", "Serialization")
        {
            HasRootTypes = true,
        },
        new("Diagnostics", "events, metrics, the debugger's view",
            "Memory", "Layout", "Hashing", "Sharding", Folder.Root),
        new("Caching", "the bounded map: limits, policy, times to live",
            "Memory", "Layout", "Hashing", "Probing", "Tables", "Operations", "Records", "Sharding", Folder.Root,
            "Flights", "Serialization", "Diagnostics")
        {
            IsConcurrent = true,
            HasRootTypes = true,
        });

    public static readonly FolderTable Inspector = new(
        "src/FastShardMap.Inspector",
        new(Folder.Root, "the entry point, and what ends the tool") { HasRootTypes = true },
        new("Rendering", "tables, text and files for the user", Folder.Root),
        new("Targets", "dumps and processes", Folder.Root) { IsConcurrent = true },
        new("Maps", "maps in a target's memory", Folder.Root, "Rendering", "Targets"),
        new("Threads", "stacks of a target's threads", "Targets"),
        new("Checking", "the invariants of a map", "Maps"),
        new("Entries", "entries as text, and conditions on them", Folder.Root, "Maps"),
        new("Audits", "audit rings in a target's memory", "Targets", "Maps", "Entries"),
        new("Tracing", "recordings of waits for locks", Folder.Root, "Rendering", "Targets", "Maps")
        {
            IsConcurrent = true,
        },
        new("Reports", "what is known of a map, for the terminal and for pages",
            Folder.Root, "Rendering", "Targets", "Maps", "Threads"),
        new("Html", "the page of a map", "Rendering", "Maps", "Reports"),
        new("Commands", "the command line",
            Folder.Root, "Rendering", "Targets", "Maps", "Checking", "Entries", "Audits", "Tracing", "Reports",
            "Html"));

    public static readonly IReadOnlyList<FolderTable> All = [Library, Inspector];

    /// <summary>The namespace of the project.</summary>
    public string Namespace => Project["src/".Length..];

    public static FolderTable Of(string project) => All.First(table => table.Project == project);

    public Folder? Find(string name) => Array.Find(Folders, folder => folder.Name == name);

    /// <summary>The table as documents show it.</summary>
    public IReadOnlyList<string> ToMarkdown() =>
    [
        "| folder | holds | uses | locks and atomics | root namespace |",
        "|---|---|---|---|---|",
        .. Folders.Select(folder =>
            $"| {Cell(folder.Name)} | {folder.Holds} | {string.Join(", ", folder.Uses.Select(Cell))} "
            + $"| {(folder.IsConcurrent ? "yes" : "")} | {(folder.HasRootTypes ? "yes" : "")} |"),
    ];

    private static string Cell(string folder) => folder == Folder.Root ? folder : $"`{folder}`";
}
