-- CreateTable
CREATE TABLE "BuildSecret" (
    "id" TEXT NOT NULL,
    "serverId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "value" TEXT NOT NULL,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "BuildSecret_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "BuildSecret_serverId_name_key" ON "BuildSecret"("serverId", "name");

-- AddForeignKey
ALTER TABLE "BuildSecret" ADD CONSTRAINT "BuildSecret_serverId_fkey" FOREIGN KEY ("serverId") REFERENCES "Server"("id") ON DELETE CASCADE ON UPDATE CASCADE;
