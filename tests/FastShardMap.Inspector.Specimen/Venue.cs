namespace FastShardMap.Inspector.Specimen;

/// <summary>A structure within a structure.</summary>
internal struct Venue
{
    public short Country;
    public int Desk;
}
