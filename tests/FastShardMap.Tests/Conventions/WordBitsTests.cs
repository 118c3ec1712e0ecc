namespace FastShardMap.Tests.Conventions;

/// <summary>Only the types of Layout know the bits of a version, a generation, a lock, a control word and a table
/// reference. A change of such a word then changes one file, and the inspector decodes dumps as the engine does.
/// </summary>
public class WordBitsTests
{
    [Fact]
    public void Words_OfNativeStructures_AreDecodedInLayout()
    {
        List<string> wrong = [];
        foreach (SourceFile file in FolderTable.All.SelectMany(table => SourceFile.In(table.Project)))
        {
            IEnumerable<string> found =
                WordBits.Find(file.Code).Select(match => $"{file.At(match)}: {match.Value.Trim()}");
            if (file.Folder == "Layout")
            {
                continue;
            }

            if (ArchitectureExceptions.Find(file.Path, ArchitectureExceptions.Bits) is null)
            {
                wrong.AddRange(found);
            }
            else if (!found.Any())
            {
                wrong.Add($"{file.Path}: needs no exception for {ArchitectureExceptions.Bits} any more");
            }
        }

        Assert.True(wrong.Count == 0, $"Write a method of the word's type in Layout:\n  {string.Join("\n  ", wrong)}");
    }

    [Fact]
    public void Find_FilesOfLayout_FindsOperations()
    {
        string code = CSharpText.CodeOf(Repository.ReadText("src/FastShardMap/Layout/ControlWord.cs"));

        Assert.NotEmpty(WordBits.Find(code));
    }

    [Theory]
    [InlineData("if ((version & 1) == 0)")]
    [InlineData("ulong next = group->Version | Moved;")]
    [InlineData("return Volatile.Read(ref _cell.Version) >> 1;")]
    [InlineData("side->Lock |= 1;")]
    [InlineData("int owner = (int)(side.Lock >> 1);")]
    [InlineData("bool isBusy = (Busy & view->Generation) != 0;")]
    [InlineData("ulong empty = ~control;")]
    [InlineData("ulong tags = mask & ~groupControl;")]
    [InlineData("byte tag = (byte)(controlWord >> 8);")]
    [InlineData("if ((Header.Flags & 2) != 0)")]
    [InlineData("ulong start = view.Current.Word & ~127UL;")]
    [InlineData("ulong start = mask & (ulong)tableRef;")]
    [InlineData("ulong mixed = version\n    ^ seed;")]
    public void Find_BitsOfAWord_FindsThem(string code) => Assert.NotEmpty(WordBits.Find(code));

    [Theory]
    [InlineData("if (version == before && !isMoved)")]
    [InlineData("Enter(&group->Version, ref thread);")]
    [InlineData("List<List<VersionWord>> versions = [];")]
    [InlineData("ulong start = block & ~127UL;")]
    [InlineData("FileShare share = FileShare.Read | FileShare.Delete;")]
    [InlineData("if (new VersionWord(group->Version).IsStable || isLocked)")]
    [InlineData("bool isOld = isKnown | view.Version.IsBusy;")]
    [InlineData("BindingFlags all = BindingFlags.Public | BindingFlags.Instance;")]
    [InlineData("uint word = random & mask;")]
    public void Find_OtherCode_FindsNothing(string code) => Assert.Empty(WordBits.Find(code));
}
